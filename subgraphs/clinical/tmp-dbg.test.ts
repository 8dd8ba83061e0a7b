import { openClinic } from './clinical.fixture';
import { Patient } from './patients/patient.entity';
import { conditionOf } from './patients/patient-index.service';
test('x', async () => {
  const c = await openClinic();
  await c.patient();
  const u = c.subject.running.system.unitFor(c.organisation, new Date());
  try { console.log(await u.count(Patient, (await conditionOf(u, { text: 'elin' })) ?? {})); } catch (e) { console.log((e as any).query, (e as any).message); }
  await c.subject.stop();
});
