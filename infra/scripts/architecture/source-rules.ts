import { isPropertyAccessExpression } from 'typescript';
import { type Repository } from './repository';
import { type PhiField, phiFields } from './schema-rules';
import { type EntityClass, entitiesOf, textsOf, visit } from './syntax';

const isTestCode = (path: string): boolean =>
  /\.test\.ts$|\.fixture\.ts$|-test-server\.ts$|^(shared|gateway)\/testing\//.test(path);

export function onlyConfigurationReadsTheEnvironment({ sources }: Repository): string[] {
  const violations: string[] = [];
  for (const [path, source] of sources) {
    if (isTestCode(path) || /(^|\/)(config|main)\.ts$/.test(path)) continue;
    visit(source, (node) => {
      if (!isPropertyAccessExpression(node) || node.getText() !== 'process.env') return;
      violations.push(`${path}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1} reads process.env`);
    });
  }
  return violations;
}

/** `FROM a.b`, `UPDATE a.b`, … with or without quotes. SQL is written in capitals here, prose is not. */
const qualifiedTable = /\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+[`"]?[\w?]+[`"]?\.[`"]?[\w?]+/;

/** The platform's own machinery (shared/database) sets up databases and may name them; subgraphs may not. */
export function noSqlNamesAnotherDatabase({ sources }: Repository): string[] {
  return [...sources]
    .filter(([path]) => path.startsWith('subgraphs/') && !isTestCode(path))
    .flatMap(([path, source]) => textsOf(source).map((text) => [path, qualifiedTable.exec(text)?.[0]] as const))
    .flatMap(([path, found]) => (found === undefined ? [] : [`${path}: ${found}`]));
}

/** Column kinds that can hold words about a person. Ids, codes, times, figures and flags describe the work, not the patient. */
const wordColumns = new Set(['TextColumn', 'JsonColumn', 'Column']);
const isColumn = (decorator: string): boolean => decorator.endsWith('Column');

/** Words in a @phi type that are known not to be about the patient: `Type.field`, or `*.field`. */
const notAboutThePatient = new Set(['*.capturedBy', '*.recordedBy', '*.createdBy', 'AiReview.imageHashes']);

export function everyPhiFieldIsStoredEncrypted(repository: Repository): string[] {
  return [...repository.schemas].flatMap(([subgraph, document]) => {
    const entities = new Map(
      entitiesBelow(repository, `subgraphs/${subgraph}/`).map((entity) => [entity.typeName, entity]),
    );
    return phiFields(document).flatMap((field) => {
      const entity = entities.get(field.typeName);
      if (!entity || !isPlain(field, entity.properties.get(field.fieldName) ?? [])) return [];
      return [
        `${entity.path}: ${field.typeName}.${field.fieldName} is @phi (on the ${field.markedOn}) and not @Encrypted`,
      ];
    });
  });
}

function isPlain({ typeName, fieldName, markedOn }: PhiField, decorators: readonly string[]): boolean {
  if (decorators.includes('Encrypted')) return false;
  if (notAboutThePatient.has(`*.${fieldName}`) || notAboutThePatient.has(`${typeName}.${fieldName}`)) return false;
  return decorators.some(markedOn === 'field' ? isColumn : (name) => wordColumns.has(name));
}

export function entitiesBelow({ sources }: Repository, folder: string): EntityClass[] {
  return [...sources].filter(([path]) => path.startsWith(folder)).flatMap(([path, source]) => entitiesOf(path, source));
}
