import { IsNull, MoreThan } from 'typeorm';
import { type UnitOfWork } from '#shared/database';
import { DomainError } from '#shared/errors';
import { newId } from '#shared/ids';
import { type SystemAccess } from '#shared/subgraph';
import { hashOfToken, newOneTimeToken } from '../one-time-token';
import { type AuthPorts } from '../ports';
import { type LinkPurpose, OneTimeLink } from './one-time-link.entity';

/** Where the pages are that take a link's token; `subgraphs/auth/pages` serves them. */
export const linkPaths: Readonly<Record<LinkPurpose, string>> = {
  INVITATION: '/account/invitation',
  VERIFY_EMAIL: '/account/verify-email',
  RESET_PASSWORD: '/account/reset-password',
};

export interface IssuedLink {
  /** A secret: for the mail and nothing else. */
  readonly url: string;
  readonly expiresAt: Date;
}

export async function issueLink(
  tx: UnitOfWork,
  ports: AuthPorts,
  { userId, purpose }: { readonly userId: string; readonly purpose: LinkPurpose },
): Promise<IssuedLink> {
  const { token, tokenHash } = newOneTimeToken();
  const expiresAt = new Date(tx.at.getTime() + lifetimeSeconds(ports, purpose) * 1_000);
  await tx.create(OneTimeLink, { id: newId('otl'), tokenHash, userId, purpose, expiresAt, usedAt: null });
  const url = new URL(linkPaths[purpose], ports.config.ACCOUNT_LINKS_URL ?? ports.publicUrl());
  url.searchParams.set('token', token);
  return { url: url.href, expiresAt };
}

/** @throws {DomainError} LINK_EXPIRED unless it is one of ours, for this purpose, young enough and unused */
export async function findLink(
  system: SystemAccess,
  { token, purpose, at }: { readonly token: string; readonly purpose: LinkPurpose; readonly at: Date },
): Promise<OneTimeLink> {
  const tokenHash = hashOfToken(token);
  const open = { tokenHash, purpose, usedAt: IsNull(), expiresAt: MoreThan(at) };
  const link = await system.source.getRepository(OneTimeLink).findOneBy(open);
  if (!link) throw linkExpired();
  return link;
}

/**
 * Uses a link up in the transaction of what it is for: of two that follow it at once, one wins. Every other link of its
 * purpose that the person was sent is void with it.
 * @throws {DomainError} LINK_EXPIRED
 */
export async function consumeLink(tx: UnitOfWork, { id, userId, purpose }: OneTimeLink): Promise<void> {
  const open = { id, usedAt: IsNull(), expiresAt: MoreThan(tx.at) };
  if ((await tx.updateWhere(OneTimeLink, open, { usedAt: tx.at })) !== 1) throw linkExpired();
  await tx.updateWhere(OneTimeLink, { userId, purpose, usedAt: IsNull() }, { usedAt: tx.at });
}

/** No mail that was sent to this account opens anything any more. */
export async function voidLinks(tx: UnitOfWork, userId: string): Promise<void> {
  await tx.updateWhere(OneTimeLink, { userId, usedAt: IsNull() }, { usedAt: tx.at });
}

function lifetimeSeconds({ config }: AuthPorts, purpose: LinkPurpose): number {
  const seconds: Readonly<Record<LinkPurpose, number>> = {
    INVITATION: config.INVITATION_SECONDS,
    VERIFY_EMAIL: config.EMAIL_VERIFICATION_SECONDS,
    RESET_PASSWORD: config.PASSWORD_RESET_SECONDS,
  };
  return seconds[purpose];
}

function linkExpired(): DomainError {
  return new DomainError('LINK_EXPIRED', 'This link is too old, or was used already');
}
