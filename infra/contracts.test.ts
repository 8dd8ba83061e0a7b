import { join } from 'node:path';
import { type ConstDirectiveNode, Kind, isObjectType } from 'graphql';
import { applyContract, composeSupergraph, loadSupergraph, readContracts, readSubgraphs } from '../gateway';

const root = join(__dirname, '..');
const sdl = composeSupergraph(readSubgraphs(join(root, 'supergraph.yaml')));
const whole = loadSupergraph(sdl);

test('partners get a supergraph that brings a case through, and nothing that is tagged internal', () => {
  const contract = readContracts(join(root, 'contracts.yaml')).get('partner');
  if (!contract) throw new Error('contracts.yaml has no contract for partners');
  const { schema } = loadSupergraph(applyContract(sdl, contract).sdl);
  const rootFields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  expect(rootFields).toEqual(
    expect.arrayContaining(['createPatient', 'captureConsent', 'createCase', 'requestUpload', 'submitCase', 'case']),
  );
  const internal = internalFields();
  expect(internal).toContain('Query.clinicalAuditChain');
  for (const coordinate of internal) {
    const [typeName = '', fieldName = ''] = coordinate.split('.');
    const type = schema.getType(typeName);
    expect(isObjectType(type) ? Object.keys(type.getFields()) : []).not.toContain(fieldName);
  }
});

function internalFields(): string[] {
  return whole.policy.definitions.flatMap((type) =>
    type.kind === Kind.OBJECT_TYPE_DEFINITION
      ? (type.fields ?? [])
          .filter(({ directives }) => directives?.some(isInternal))
          .map(({ name }) => `${type.name.value}.${name.value}`)
      : [],
  );
}

function isInternal({ name, arguments: given }: ConstDirectiveNode): boolean {
  return (
    name.value === 'tag' && (given ?? []).some(({ value }) => value.kind === Kind.STRING && value.value === 'internal')
  );
}
