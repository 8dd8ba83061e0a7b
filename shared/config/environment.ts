import { z } from 'zod';

/** The environment does not describe a working platform; the message names every variable at fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads and checks the variables a schema names. An empty variable counts as absent.
 * @throws {ConfigError} one line per variable that is missing or wrong. Values are never repeated: one may be a secret.
 */
export function readEnvironment<Shape extends z.ZodRawShape>(
  environment: NodeJS.ProcessEnv,
  schema: z.ZodObject<Shape>,
): z.infer<z.ZodObject<Shape>> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(problems.join('\n'));
}

/** The kinds of setting there are; each message says what would be right. */
export const setting = {
  port: (fallback: number) => wholeNumber(0, 65_535).default(fallback),
  integer: (bounds: { min: number; max: number; fallback: number }) =>
    wholeNumber(bounds.min, bounds.max).default(bounds.fallback),
  text: (fallback: string) => z.string().min(1).default(fallback),
  url: (fallback: string) => z.url('must be a URL').default(fallback),
  optionalText: () => z.string().min(1).optional(),
  optionalUrl: () => z.url('must be a URL').optional(),
  choice: <const Choices extends readonly [string, ...string[]]>(
    choices: Choices,
    fallback: NoInfer<Choices[number]>,
  ) => z.enum(choices, `must be one of ${choices.join(', ')}`).default(fallback as never),
  onOff: (fallback: boolean) =>
    z
      .enum(['on', 'off'], 'must be on or off')
      .default(fallback ? 'on' : 'off')
      .transform((value) => value === 'on'),
};

function wholeNumber(min: number, max: number): z.ZodCoercedNumber {
  const message = `must be a whole number from ${String(min)} to ${String(max)}`;
  return z.coerce.number(message).int(message).min(min, message).max(max, message);
}
