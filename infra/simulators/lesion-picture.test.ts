import sharp from 'sharp';
import { drawLesion } from './lesion-picture';

describe('a drawn lesion', () => {
  test('is the same bytes for the same options, and others for another seed', async () => {
    const draw = (seed: number) => drawLesion({ kind: 'naevus', seed, widthPixels: 240, format: 'png' });
    const [first, again, other] = await Promise.all([draw(7), draw(7), draw(8)]);
    expect(first.equals(again)).toBe(true);
    expect(first.equals(other)).toBe(false);
  });

  test.each(['jpeg', 'png'] as const)('is a %s of the width asked for, three quarters as high', async (format) => {
    const picture = await drawLesion({ kind: 'melanoma', seed: 1, widthPixels: 400, format });
    expect(await sharp(picture).metadata()).toMatchObject({ format, width: 400, height: 300 });
  });
});
