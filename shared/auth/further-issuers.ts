import { z } from 'zod';
import { type FurtherIssuer } from './access-token';

const listSchema = z.array(
  z.strictObject({
    issuer: z.url(),
    audience: z.string().min(1),
    jwksUrl: z.url(),
    acceptUntil: z.iso.datetime({ offset: true }),
  }),
);

const wanted = 'must be a JSON list of issuer, audience, jwksUrl and acceptUntil (RFC 3339)';

/**
 * The issuers that are being moved away from: a JSON list of `issuer`, `audience`, `jwksUrl` and `acceptUntil`. After
 * that instant none of their tokens is taken, whatever `exp` says.
 */
export const furtherIssuerSettings = {
  FURTHER_ISSUERS: z
    .string()
    .default('[]')
    .transform((json, context): readonly FurtherIssuer[] => {
      const parsed = listSchema.safeParse(parseJson(json));
      if (parsed.success) return parsed.data.map(issuerFrom);
      context.addIssue({ code: 'custom', message: wanted });
      return z.NEVER;
    }),
};

function issuerFrom({ jwksUrl, acceptUntil, ...issuer }: z.infer<typeof listSchema>[number]): FurtherIssuer {
  return { ...issuer, keys: new URL(jwksUrl), acceptUntil: new Date(acceptUntil) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // no list: the caller is told what it must be
  }
}
