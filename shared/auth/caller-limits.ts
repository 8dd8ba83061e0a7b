import { BlockList, isIP, isIPv6 } from 'node:net';
import { z } from 'zod';

/** What holds for whoever comes with a token of one client, beyond scopes. The token says it (`client_limits`). */
export interface CallerLimits {
  /** Null: as many as every client. */
  readonly requestsPerMinute: number | null;
  /** Addresses it may call from, in CIDR notation (RFC 4632, RFC 4291 §2.3). None: from anywhere. */
  readonly networks: readonly string[];
  /** It runs operations of the manifest and no others. */
  readonly persistedOnly: boolean;
}

/** Short names and no defaults: tokens travel with every request. */
export const callerLimitsClaim = z
  .object({
    rpm: z.number().int().min(1).optional(),
    net: z.array(z.string()).optional(),
    po: z.boolean().optional(),
  })
  .transform(({ rpm, net, po }): CallerLimits => {
    return { requestsPerMinute: rpm ?? null, networks: net ?? [], persistedOnly: po ?? false };
  });

/** @returns undefined where there is nothing to say */
export function writeCallerLimits({
  requestsPerMinute,
  networks,
  persistedOnly,
}: CallerLimits): z.input<typeof callerLimitsClaim> | undefined {
  if (requestsPerMinute === null && networks.length === 0 && !persistedOnly) return undefined;
  return {
    ...(requestsPerMinute !== null && { rpm: requestsPerMinute }),
    ...(networks.length > 0 && { net: [...networks] }),
    ...(persistedOnly && { po: true }),
  };
}

/** @returns null when the text is no network: an address, a slash and the length of its prefix */
export function parseNetwork(text: string): { readonly address: string; readonly prefix: number } | null {
  const [address = '', length = '', ...rest] = text.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  const isPrefix = /^\d{1,3}$/.test(length) && rest.length === 0;
  // A zone is of one machine only, and BlockList takes none.
  if (bits === undefined || !isPrefix || Number(length) > bits || address.includes('%')) return null;
  return { address, prefix: Number(length) };
}

const compiled = new WeakMap<CallerLimits, BlockList>();

/** Whether a caller with these limits may come from an address. What is no address is in no network. */
export function mayComeFrom(limits: CallerLimits, address: string): boolean {
  if (limits.networks.length === 0) return true;
  // IPv4 as a socket that takes both kinds has it (RFC 4291 §2.5.5.2).
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(plain) === 0) return false;
  const list = compiled.get(limits) ?? compile(limits);
  return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

/** A network that cannot be read lets nobody in. */
function compile(limits: CallerLimits): BlockList {
  const list = new BlockList();
  for (const network of limits.networks.map(parseNetwork)) {
    if (network) list.addSubnet(network.address, network.prefix, isIPv6(network.address) ? 'ipv6' : 'ipv4');
  }
  compiled.set(limits, list);
  return list;
}
