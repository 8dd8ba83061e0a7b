/** Everything the shop sells and says: fixed, so that answers can be compared byte for byte. */

export interface Product {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
  readonly inStock: boolean;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly username: string;
}

export interface Review {
  readonly id: string;
  readonly body: string;
  readonly authorId: string;
  readonly productUpc: string;
}

const goods = ['Table', 'Couch', 'Glass', 'Chair', 'TV', 'Lamp', 'Grill', 'Fridge', 'Sofa'];
const names = ['Ada Lovelace', 'Alan Turing', 'Grace Hopper', 'Edsger Dijkstra', 'Barbara Liskov', 'Tony Hoare'];
const opinions = [
  'Love it! It came in one piece and stands straight',
  'Too expensive for what it does, “but” it does it',
  'Could be better; the manual is only in Esperanto',
  'Prefer something else with fewer legs on the whole',
];

export const products: readonly Product[] = goods.map((name, index) => ({
  ...{ upc: String(index + 1), name, inStock: index % 3 !== 1 },
  ...{ price: [899, 1299, 15, 499, 1299, 6999, 3999, 100_000, 9999][index] ?? 0 },
  // Above a price of 1,000 shipping is free, whatever it weighs.
  ...{ weight: [100, 1000, 20, 100, 1000, 300, 2000, 6000, 500][index] ?? 0 },
}));

export const users: readonly User[] = names.map((name, index) => ({
  ...{ id: String(index + 1), name, username: `@${name.toLowerCase().replace(' ', '.')}` },
}));

/** Who reviewed what: one to four reviews a product, three to five a person. */
const pairs: readonly (readonly [author: number, product: number])[] = [
  [1, 1],
  [1, 2],
  [1, 3],
  [1, 9],
  [2, 3],
  [2, 1],
  [2, 4],
  [2, 7],
  [2, 5],
  [3, 4],
  [3, 1],
  [3, 5],
  [3, 9],
  [4, 5],
  [4, 6],
  [4, 2],
  [4, 8],
  [5, 7],
  [5, 2],
  [5, 1],
  [5, 9],
  [6, 8],
  [6, 3],
  [6, 6],
  [6, 7],
  [6, 4],
];

export const reviews: readonly Review[] = pairs.map(([author, product], index) => ({
  id: String(index + 1),
  body: opinions[index % opinions.length] ?? '',
  authorId: String(author),
  productUpc: String(product),
}));

export function shippingEstimate({ price, weight }: Pick<Product, 'price' | 'weight'>): number {
  return price > 1_000 ? 0 : Math.floor(weight / 2);
}
