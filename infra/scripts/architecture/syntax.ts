import {
  canHaveDecorators,
  type ClassDeclaration,
  type Decorator,
  forEachChild,
  getDecorators,
  isCallExpression,
  isClassDeclaration,
  isIdentifier,
  isNoSubstitutionTemplateLiteral,
  isPropertyDeclaration,
  isStringLiteral,
  isTemplateExpression,
  type Node,
  type SourceFile,
} from 'typescript';

/** A class with `@Entity('table')`. */
export interface EntityClass {
  readonly path: string;
  /** Name in the SDL: `@ObjectType('Name')`, else the class's own. */
  readonly typeName: string;
  readonly table: string;
  /** Names of the decorators of each property. */
  readonly properties: ReadonlyMap<string, readonly string[]>;
}

export function visit(node: Node, see: (node: Node) => void): void {
  see(node);
  forEachChild(node, (child) => {
    visit(child, see);
  });
}

/** Every piece of text in quotes; of a template with values, its fixed parts joined by `?`. */
export function textsOf(source: SourceFile): string[] {
  const texts: string[] = [];
  visit(source, (node) => {
    if (isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    if (isTemplateExpression(node))
      texts.push([node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text).join('?'));
  });
  return texts;
}

export function entitiesOf(path: string, source: SourceFile): EntityClass[] {
  const entities: EntityClass[] = [];
  visit(source, (node) => {
    if (!isClassDeclaration(node)) return;
    const table = textArgument(node, 'Entity');
    if (table === null) return;
    const typeName = textArgument(node, 'ObjectType') ?? node.name?.text ?? '';
    entities.push({ path, typeName, table, properties: propertiesOf(node) });
  });
  return entities;
}

function propertiesOf(node: ClassDeclaration): Map<string, string[]> {
  const properties = node.members.filter(isPropertyDeclaration);
  return new Map(properties.map((property) => [property.name.getText(), decoratorsOf(property).map(nameOf)]));
}

function textArgument(node: Node, decorator: string): string | null {
  const found = decoratorsOf(node).find((candidate) => nameOf(candidate) === decorator);
  if (!found || !isCallExpression(found.expression)) return null;
  const [argument] = found.expression.arguments;
  return argument && isStringLiteral(argument) ? argument.text : null;
}

function decoratorsOf(node: Node): readonly Decorator[] {
  return canHaveDecorators(node) ? (getDecorators(node) ?? []) : [];
}

function nameOf({ expression }: Decorator): string {
  const called = isCallExpression(expression) ? expression.expression : expression;
  return isIdentifier(called) ? called.text : '';
}
