import { drawLesion } from '../lesion-picture';
import { readPicture } from './picture';
import { segmentLesion } from './segment-lesion';
import { measureLesion } from './measure-lesion';
import { writeFileSync } from 'node:fs';
test('probe', async () => {
  for (const kind of ['melanoma','naevus','keratosis'] as const) for (const seed of [1,2,3,4,5,6,7,8]) {
    const t0=performance.now();
    const b = await drawLesion({kind,seed,widthPixels:1152,format:'jpeg'});
    const t1=performance.now();
    if (seed<3) writeFileSync(`/tmp/sim/${kind}${seed}.jpg`, b);
    const p = await readPicture(b); const s = segmentLesion(p);
    const f = s && measureLesion(p,s);
    const t2=performance.now();
    process.stderr.write(`${kind} ${seed} draw ${(t1-t0).toFixed(0)} look ${(t2-t1).toFixed(0)} ${f?Object.entries(f).map(([k,v])=>k.slice(0,12)+' '+v.toFixed(2)).join(' '):'none'}\n`);
  }
});
