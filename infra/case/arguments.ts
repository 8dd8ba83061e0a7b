import { parseArgs } from 'node:util';

export const flows = ['ai', 'human', 'both', 'neither'] as const;
export type Flow = (typeof flows)[number];

export interface CaseArguments {
  /** The picture to upload. */
  readonly image: string;
  readonly flow: Flow;
  /** Where the platform wrote its addresses and demo credentials. */
  readonly demoFile: string;
  /** Slug of the organisation to work in; the first one by default. */
  readonly organisation: string | null;
  /** Name of the API client to act as. */
  readonly client: string;
  /** Purposes to leave without consent, to see the refusal. */
  readonly withoutConsent: readonly string[];
  /** Work on this patient instead of registering one. */
  readonly patient: string | null;
}

/** The command line is wrong; the message says how it should be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run case -- <image.jpg|png> [--flow ${flows.join('|')}] [--organisation SLUG] [--client NAME]
                [--without-consent PURPOSE]… [--patient ID] [--demo FILE]`;

/** @throws {UsageError} */
export function readArguments(argv: readonly string[]): CaseArguments {
  const { values, positionals } = parse(argv);
  const [image] = positionals;
  const flow = flows.find((one) => one === (values.flow ?? 'both'));
  if (image === undefined || positionals.length > 1 || flow === undefined) throw new UsageError(usage);
  return {
    image,
    flow,
    demoFile: values.demo ?? '.data/demo.json',
    organisation: values.organisation ?? null,
    client: values.client ?? 'case-cli',
    withoutConsent: values['without-consent'] ?? [],
    patient: values.patient ?? null,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        flow: { type: 'string' },
        demo: { type: 'string' },
        organisation: { type: 'string' },
        client: { type: 'string' },
        'without-consent': { type: 'string', multiple: true },
        patient: { type: 'string' },
      },
    });
  } catch (cause) {
    throw new UsageError(usage, { cause });
  }
}
