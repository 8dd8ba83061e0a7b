/** What is asked. Every answer of every gateway is compared with stock's. */
export interface ShopOperation {
  readonly name: 'big' | 'small';
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The query of the public gateway benchmarks: an answer of some 87 KB. */
const big = `query Big {
  users { ...User reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
  topProducts(first: 5) { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } }
}
fragment User on User { id username name }
fragment Review on Review { id body }
fragment Product on Product { inStock name price shippingEstimate upc weight }`;

const small = `query Small($upc: String!) {
  product(upc: $upc) { name price inStock reviews { id body author { name username } } }
}`;

export const shopOperations: readonly ShopOperation[] = [
  { name: 'big', query: big, variables: {} },
  { name: 'small', query: small, variables: { upc: '1' } },
];

/** How the gateway asks whether a person's data may be shown. */
export const consentQuery = `query Consent($subjects: [ID!]!) {
  decisions: consentDecisions(subjects: $subjects) { permitted reason cacheForSeconds consentType { key name } }
}`;
