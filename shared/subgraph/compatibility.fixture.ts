import { Arg, Directive, Field, FieldResolver, Float, ID, Int, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { NotFoundError } from '#shared/errors';
import { Phi } from '#shared/graphql';
import { defineSubgraph } from './subgraph';

/*
 * The subgraph of Apollo's compatibility suite (apollo-federation-subgraph-compatibility), as this platform defines
 * subgraphs. Directives that the platform's own header does not import go by their full names.
 */

@ObjectType()
class ProductVariation {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@shareable')
class ProductDimension {
  @Field(() => String, { nullable: true })
  size!: string | null;

  @Field(() => Float, { nullable: true })
  weight!: number | null;

  @Field(() => String, { nullable: true })
  @Directive('@inaccessible')
  unit!: string | null;
}

@ObjectType()
class CaseStudy {
  @Field(() => ID)
  caseNumber!: string;

  @Field(() => String, { nullable: true })
  description!: string | null;
}

@ObjectType()
@Directive('@key(fields: "study { caseNumber }")')
class ProductResearch {
  @Field(() => CaseStudy)
  study!: CaseStudy;

  @Field(() => String, { nullable: true })
  @Phi()
  outcome!: string | null;
}

@ObjectType()
@Directive('@key(fields: "email")')
class User {
  @Field(() => ID)
  email!: string;

  @Field(() => String, { nullable: true })
  @Directive('@federation__override(from: "users")')
  name!: string | null;

  @Field(() => Int, { nullable: true })
  @Directive('@external')
  totalProductsCreated!: number | null;

  @Field(() => Int)
  @Directive('@external')
  yearsOfEmployment!: number;
}

@ObjectType()
@Directive('@key(fields: "id")')
@Directive('@key(fields: "sku package")')
@Directive('@key(fields: "sku variation { id }")')
class Product {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { nullable: true })
  sku!: string | null;

  @Field(() => String, { nullable: true })
  package!: string | null;

  @Field(() => ProductVariation, { nullable: true })
  variation!: ProductVariation | null;

  @Field(() => ProductDimension, { nullable: true })
  dimensions!: ProductDimension | null;

  @Field(() => User, { nullable: true })
  @Directive('@provides(fields: "totalProductsCreated")')
  createdBy!: User | null;

  @Field(() => String, { nullable: true })
  @Directive('@tag(name: "internal")')
  notes!: string | null;

  @Field(() => [ProductResearch])
  research!: ProductResearch[];
}

@ObjectType()
@Directive('@key(fields: "id", resolvable: false)')
class Warehouse {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@federation__interfaceObject')
@Directive('@key(fields: "id")')
class Inventory {
  @Field(() => ID)
  id!: string;

  @Field(() => [Product])
  deprecatedProducts!: Product[];
}

const research = ['1234', '1235'].map((caseNumber) => ({
  study: { caseNumber, description: `Case ${caseNumber}` },
  outcome: `Outcome ${caseNumber}`,
}));

const creator = {
  email: 'support@apollographql.com',
  name: 'Jane Smith',
  totalProductsCreated: 1337,
  yearsOfEmployment: 10,
};

const products = [
  {
    id: 'apollo-federation',
    sku: 'federation',
    package: '@apollo/federation',
    variation: { id: 'OSS' },
    research: [research[0]],
  },
  { id: 'apollo-studio', sku: 'studio', package: '', variation: { id: 'platform' }, research: [research[1]] },
].map((product) => ({
  ...product,
  dimensions: { size: 'small', weight: 1, unit: 'kg' },
  createdBy: creator,
  notes: null,
})) as Product[];

@Resolver(() => Product)
class ProductResolver {
  @Query(() => Product, { nullable: true })
  product(@Arg('id', () => ID) id: string): Product | null {
    return products.find((product) => product.id === id) ?? null;
  }

  @Query(() => Warehouse)
  warehouse(): Warehouse {
    return { id: 'w1' };
  }
}

@Resolver(() => User)
class UserResolver {
  @FieldResolver(() => Int, { nullable: true })
  @Directive('@requires(fields: "totalProductsCreated yearsOfEmployment")')
  averageProductsCreatedPerYear(@Root() { totalProductsCreated, yearsOfEmployment }: User): number | null {
    return totalProductsCreated === null ? null : Math.round(totalProductsCreated / yearsOfEmployment);
  }
}

/** Any of the keys; the gateway chooses. */
interface ProductReference {
  readonly id?: string;
  readonly sku?: string;
  readonly package?: string;
  readonly variation?: { readonly id: string };
}

function findProduct(given: ProductReference): Product | null {
  if (given.id === 'broken') throw new NotFoundError('Product');
  const found = products.find(({ id, sku, package: name, variation }) => {
    if (given.id !== undefined) return id === given.id;
    return (
      sku === given.sku &&
      (given.package !== undefined ? name === given.package : variation?.id === given.variation?.id)
    );
  });
  return found ?? null;
}

export const compatibilitySubgraph = defineSubgraph({
  name: 'products',
  resolvers: [ProductResolver, UserResolver],
  orphanedTypes: [Inventory],
  entities: [],
  migrations: [],
  references: {
    Product: (reference) => findProduct(reference as ProductReference),
    ProductResearch: (reference) => {
      const { study } = reference as unknown as { study: { caseNumber: string } };
      return research.find((one) => one.study.caseNumber === study.caseNumber) ?? null;
    },
    // What `@requires` asks for comes with the reference.
    User: (reference) => ({ name: creator.name, ...reference }),
    Inventory: ({ id }) => ({ id, deprecatedProducts: products }),
  },
  ports: () => ({}),
});
