import { Directive } from 'type-graphql';

/** A value type that several subgraphs define alike. */
export const shareable = Directive('@shareable') as ClassDecorator;
