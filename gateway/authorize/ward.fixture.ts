/**
 * Three subgraphs with every place that a rule can stand on, and every way to get there: types, fields, a scalar, an
 * enum, interfaces with open, closed and mixed implementers, an interface object, a union, entities of three owners.
 */
const link = (...imports: readonly string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(['@key', ...imports])})`;

export const wardSubgraphs = [
  {
    name: 'ward',
    url: 'http://127.0.0.1:1/ward',
    typeDefs: `
      ${link('@authenticated', '@requiresScopes', '@policy', '@composeDirective')}
        @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@onEvent"])
        @composeDirective(name: "@onEvent")
      directive @onEvent(types: [String!]!, match: [String!]) on FIELD_DEFINITION
      scalar NationalId @requiresScopes(scopes: [["national:read"]])
      enum Diagnosis @authenticated { ECZEMA MELANOMA }
      interface Node { id: ID! }
      interface Person implements Node { id: ID! name: String! phone: String code: String! }
      interface Record @key(fields: "id") { id: ID! note: String }
      type Patient implements Node & Person @key(fields: "id") @authenticated {
        id: ID!
        name: String!
        nationalId: NationalId
        phone: String @requiresScopes(scopes: [["patients:read", "phones:read"], ["admin"]])
        code: String! @requiresScopes(scopes: [["patients:read"]])
        ward: Ward
        family: [Person!]
        stays: [Stay!]! @requiresScopes(scopes: [["stays:read"]])
      }
      type Nurse implements Node & Person @key(fields: "id") {
        id: ID! name: String! phone: String code: String! ward: Ward
        salary: Int @policy(policies: [["payroll", "hours"], ["role:director"]])
      }
      type Stay implements Node & Record @key(fields: "id") @requiresScopes(scopes: [["stays:read"]]) {
        id: ID! note: String diagnosis: Diagnosis patient: Patient
      }
      type Round implements Node & Record @key(fields: "id") @policy(policies: [["rounds"]]) {
        id: ID! note: String nurse: Nurse
      }
      type Ward @key(fields: "id") {
        id: ID! name: String! beds: [Bed!]! patients: [Patient] staff: [Nurse!] people: [Person!]!
        usual: Diagnosis
        usuals: [Diagnosis!]
      }
      type Bed { number: Int! patient: Patient isFree: Boolean @authenticated }
      union Occupant = Patient | Nurse | Ward
      type Query {
        node(id: ID!): Node
        person(id: ID!): Person
        people(first: Int): [Person]!
        wards: [Ward!]!
        ward(id: ID!): Ward
        occupants: [Occupant!]
        records(first: Int!): [Record!]
        roster: String @authenticated @policy(policies: [["rosters"]])
        census(of: CensusInput!): Int @requiresScopes(scopes: [["census:read"]])
      }
      input CensusInput { day: String! kinds: [Diagnosis!]! deep: CensusInput }
      type Mutation {
        admit(name: String!): Patient @requiresScopes(scopes: [["patients:write"]])
        clean(ward: ID!): Ward
      }
      type Subscription {
        wardChanged: Ward @onEvent(types: ["clinical.case.*"])
        admitted: Patient @requiresScopes(scopes: [["patients:read"]]) @onEvent(types: ["clinical.case.*"])
      }`,
  },
  {
    name: 'lab',
    url: 'http://127.0.0.1:1/lab',
    typeDefs: `
      ${link('@authenticated', '@requiresScopes', '@external', '@requires', '@shareable')}
      type Patient @key(fields: "id") {
        id: ID!
        code: String! @external
        results(first: Int): [Result!] @requiresScopes(scopes: [["lab:read"]])
        risk: Float @requires(fields: "code") @authenticated @requiresScopes(scopes: [["patients:read"]])
      }
      type Result @key(fields: "id") { id: ID! value: String! @requiresScopes(scopes: [["lab:values"]]) patient: Patient ward: Ward }
      type Ward @key(fields: "id") { id: ID! results: [Result!]! }
      type Query { result(id: ID!): Result latest: [Result!] }`,
  },
  {
    name: 'audit',
    url: 'http://127.0.0.1:1/audit',
    typeDefs: `
      ${link('@authenticated', '@requiresScopes', '@policy', '@interfaceObject')}
      type Record @interfaceObject @key(fields: "id") {
        id: ID!
        trail: [String!] @requiresScopes(scopes: [["audit:read"]])
        isSealed: Boolean!
      }
      type Access @policy(policies: [["audits"]]) { by: String! at: String ward: Ward }
      type Break @requiresScopes(scopes: [["audit:breaks"]]) { reason: String! }
      union Incident = Access | Break
      type Ward @key(fields: "id") { id: ID! accesses(last: Int): [Access!] incidents: [Incident!] worst: Incident }
      type Nurse @key(fields: "id") { id: ID! accesses: [Access] }
      type Query { accesses(of: ID!, since: String): [Access] }`,
  },
];
