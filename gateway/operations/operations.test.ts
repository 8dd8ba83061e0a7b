import { type TestGateway, startTestGateway } from '../testing/test-gateway';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
  await gateway.listen();
});

afterAll(async () => {
  await gateway.close();
});

test('does not take an alias that is called like a key for the key', async () => {
  const authorization = await gateway.issuer.bearer([]);
  const query = '{ patient(id: "p1") { id: legacyId name } cases { id: title reviews { rating } } }';
  const { data, errors } = await gateway.post({ query }, { authorization });
  expect(errors).toBeUndefined();
  const reviews = [{ rating: 1 }, { rating: 2 }];
  expect(data).toEqual({
    patient: { id: 'legacy-p1', name: 'Patient p1' },
    cases: [
      { id: 'Case c1', reviews },
      { id: 'Case c2', reviews },
    ],
  });
});

test('answers an operation chosen by name out of several', async () => {
  const query = 'query A { a: ping } query B { b: ping }';
  expect(await gateway.post({ query, operationName: 'B' })).toMatchObject({ data: { b: 'pong' } });
  expect(await gateway.post({ query, operationName: 'A' })).toMatchObject({ data: { a: 'pong' } });
});

test('answers __typename of the root without asking anybody', async () => {
  gateway.calls.length = 0;
  expect(await gateway.post({ query: '{ __typename kind: __typename }' })).toMatchObject({
    data: { __typename: 'Query', kind: 'Query' },
  });
  expect(gateway.calls).toHaveLength(0);
});
