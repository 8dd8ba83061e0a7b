import { z } from 'zod';
import { type OnBehalfOf, type SupergraphClient } from '#shared/supergraph';

const identitySchema = z.object({
  givenName: z.string(),
  email: z.string().nullable(),
  preferredLanguage: z.string().nullable(),
});

const identityQuery = {
  document: `query NotificationContact($id: ID!) {
    patient(id: $id) { identity { givenName email preferredLanguage } }
  }`,
  shape: z.object({ patient: z.object({ identity: identitySchema.nullable() }).nullable() }),
};

const mailContactQuery = {
  document: `query NotificationMailContact($id: ID!) {
    patient(id: $id) {
      identity { givenName email preferredLanguage }
      consentDecision(purpose: EMAIL_CONTACT, action: CONTACT, dataCategory: CLINICAL) { permitted }
    }
  }`,
  shape: z.object({
    patient: z
      .object({
        identity: identitySchema.nullable(),
        consentDecision: z.object({ permitted: z.boolean() }).nullable(),
      })
      .nullable(),
  }),
};

/** What is known of a patient at the moment a message goes out. PHI: it is used and forgotten. */
export interface Contact {
  readonly givenName: string;
  readonly email: string | null;
  readonly locale: string | null;
  /** Whether the patient lets us write to them by e-mail, now. */
  readonly permitsEmail: boolean;
}

/** Reads recipients from their owners. Slow: never inside a transaction. */
export interface ContactReader {
  /** For a message that stays in the platform. Null when the patient has been erased. @throws {DomainError} UPSTREAM_UNAVAILABLE */
  forInbox(patientId: string, as: OnBehalfOf): Promise<Contact | null>;
  /** For a mail, with the consent to it. Null when the patient has been erased. @throws {DomainError} UPSTREAM_UNAVAILABLE */
  forMail(patientId: string, as: OnBehalfOf): Promise<Contact | null>;
}

export function contactReader(supergraph: SupergraphClient): ContactReader {
  return {
    async forInbox(id, as) {
      const { patient } = await supergraph.query(identityQuery, { id }, as);
      return contactOf(patient?.identity ?? null, false);
    },
    async forMail(id, as) {
      const { patient } = await supergraph.query(mailContactQuery, { id }, as);
      return contactOf(patient?.identity ?? null, patient?.consentDecision?.permitted === true);
    },
  };
}

function contactOf(identity: z.infer<typeof identitySchema> | null, permitsEmail: boolean): Contact | null {
  if (!identity) return null;
  const { givenName, email, preferredLanguage: locale } = identity;
  return { givenName, email, locale, permitsEmail };
}
