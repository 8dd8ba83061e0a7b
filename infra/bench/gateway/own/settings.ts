import { z } from 'zod';
import { shopSubgraphs } from '../shop';

/** What one of our gateways is started with: a file, since keys and tokens are too long for arguments. */
export const ownSettingsSchema = z.object({
  /** Path of the composed SDL. Which policies are enforced is written in it. */
  supergraph: z.string(),
  transport: z.enum(['http', 'in-process']),
  /** Of the subgraphs over HTTP. */
  ports: z.record(z.enum(shopSubgraphs), z.number()),
  issuer: z.object({
    issuer: z.string(),
    audience: z.string(),
    keys: z.object({ keys: z.array(z.looseObject({ kty: z.string() })) }),
  }),
  /** Whether callers are told apart: tokens are verified, and contexts signed for subgraphs over HTTP. */
  authentication: z.boolean(),
  /** Whether documents are held to limits. */
  limits: z.boolean(),
  /** Whether what callers spend is added up. */
  rateLimits: z.boolean(),
  /** Share of requests that are traced. */
  traced: z.number().min(0).max(1),
  /** Where traces are sent. */
  collector: z.string(),
  /** Folder for CPU profiles; null without. */
  profile: z.string().nullable(),
});

export type OwnSettings = z.infer<typeof ownSettingsSchema>;
