import { getMetadataArgsStorage } from 'typeorm';
import { hasSubject } from '#shared/database';
import { loadSubgraph } from '../../subgraphs';

const names = ['clinical', 'consent', 'auth', 'reviews', 'notifications', 'payments', 'scheduling'];

/** Rows that name a patient and are no record of theirs, each with the reason. */
const noRecords: Readonly<Record<string, string>> = {
  PatientIndexEntry: 'keyed hashes, derived from Patient, which is audited whenever they are looked up',
  ConsentAnswer: 'what a decision rests on, without the record; whoever reads the record is audited',
  AuditEntry: 'the audit trail itself; who reads it is recorded by its own acts',
};

test.each(names)(
  'in %s every stored thing that names a patient says whose record it is, so that touching it is audited',
  async (name) => {
    const { entities } = await loadSubgraph(name);
    const { columns } = getMetadataArgsStorage();
    const naming = entities.filter((entity) =>
      columns.some(({ target, propertyName }) => target === entity && propertyName === 'patientId'),
    );
    const unaudited = naming.filter((entity) => !hasSubject(entity)).map((entity) => entity.name);
    expect(unaudited.filter((entity) => !(entity in noRecords))).toEqual([]);
  },
);
