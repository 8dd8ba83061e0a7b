import { Directive } from 'type-graphql';

type SchemaDecorator = ClassDecorator & MethodDecorator & PropertyDecorator;

/** The field or type carries protected health information: encrypted, scoped, never cached or logged. */
export function Phi(category?: 'DIRECT_IDENTIFIER' | 'CLINICAL' | 'IMAGE' | 'FINANCIAL'): SchemaDecorator {
  return Directive(category ? `@phi(category: "${category}")` : '@phi');
}

export interface ConsentSubject {
  /** From the parent to the id of the person who is asked, as fields joined by dots. Default `patientId`. */
  readonly subject?: string;
  /** What kind of data is released, for consents that make exceptions by kind. Default CLINICAL. */
  readonly dataCategory?: 'DIRECT_IDENTIFIER' | 'CLINICAL' | 'IMAGE' | 'AUDIO' | 'GENETIC' | 'FINANCIAL' | 'SENSITIVE';
}

/**
 * Released only while the subject has an active consent for the purpose; otherwise null and CONSENT_REQUIRED. The gateway
 * asks before it fetches, so the parent is an entity and the field is nullable.
 */
export function RequireConsent(purpose: string, of: ConsentSubject = {}): SchemaDecorator {
  const given = Object.entries({ purpose, ...of }).map(([name, value]) => `${name}: "${value}"`);
  return Directive(`@consent(${given.join(', ')})`);
}

/** Each resolution writes an audit record with this action. */
export function Audited(action: string): SchemaDecorator {
  return Directive(`@audited(action: "${action}")`);
}

/** What every subgraph's SDL begins with. */
export const sdlHeader = `extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@authenticated", "@requiresScopes", "@policy", "@tag", "@inaccessible", "@composeDirective", "@cost", "@listSize"])
  @link(url: "https://specs.platform.dev/guard/v1.0", import: ["@phi", "@consent", "@audited", "@rowPolicy", "@onEvent"])
  @composeDirective(name: "@phi")
  @composeDirective(name: "@consent")
  @composeDirective(name: "@audited")
  @composeDirective(name: "@rowPolicy")
  @composeDirective(name: "@onEvent")

"Field or type carries protected health information: encrypted at rest, scoped, audited, never cached or logged."
directive @phi(category: String! = "CLINICAL") on FIELD_DEFINITION | OBJECT
"Released only while the subject has an active consent for the purpose; otherwise null with CONSENT_REQUIRED."
directive @consent(
  purpose: String!
  "From the parent to the id of the person whose consent decides: fields joined by dots."
  subject: String! = "patientId"
  "What kind of data is released, for consents that make exceptions by kind."
  dataCategory: String! = "CLINICAL"
) on FIELD_DEFINITION | OBJECT
"Every resolution writes an audit record with this action."
directive @audited(action: String!) on FIELD_DEFINITION
"Name of the row policy added to every statement that serves this type."
directive @rowPolicy(name: String!) on OBJECT | FIELD_DEFINITION
"The subscription is answered when one of these events happens; each match is argument=path into the event."
directive @onEvent(types: [String!]!, match: [String!]) on FIELD_DEFINITION
`;
