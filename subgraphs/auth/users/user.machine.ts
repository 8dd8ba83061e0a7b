import { DomainError } from '#shared/errors';

export const userStatuses = ['INVITED', 'PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED', 'DELETED'] as const;
export type UserStatus = (typeof userStatuses)[number];

interface Arrow {
  readonly from: readonly UserStatus[];
  readonly to: UserStatus;
}

/** trigger → arrow. An account that is deleted stays so: whoever comes back is invited anew. */
export const userMachine = {
  signIn: { from: ['INVITED', 'ACTIVE'], to: 'ACTIVE' },
  verify: { from: ['PENDING_VERIFICATION'], to: 'ACTIVE' },
  activate: { from: ['INVITED', 'SUSPENDED'], to: 'ACTIVE' },
  suspend: { from: ['INVITED', 'PENDING_VERIFICATION', 'ACTIVE'], to: 'SUSPENDED' },
  delete: { from: ['INVITED', 'PENDING_VERIFICATION', 'ACTIVE', 'SUSPENDED'], to: 'DELETED' },
} as const satisfies Record<string, Arrow>;

/** What an administrator may ask for, by the status asked for. Nobody can be made INVITED again. */
const triggerOfTarget: Readonly<Record<UserStatus, keyof typeof userMachine | null>> = {
  INVITED: null,
  PENDING_VERIFICATION: null,
  ACTIVE: 'activate',
  SUSPENDED: 'suspend',
  DELETED: 'delete',
};

/** @throws {DomainError} ILLEGAL_TRANSITION with what can be reached instead */
export function assertReachable(from: UserStatus, to: UserStatus): void {
  const allowed = userStatuses.filter((status) => canReach(from, status));
  if (allowed.includes(to)) return;
  throw new DomainError('ILLEGAL_TRANSITION', `A user who is ${from} cannot become ${to}`, {
    details: { from, to, allowed },
  });
}

function canReach(from: UserStatus, to: UserStatus): boolean {
  const trigger = triggerOfTarget[to];
  const sources: readonly UserStatus[] = trigger === null ? [] : userMachine[trigger].from;
  return sources.includes(from);
}

export function canSignIn(status: UserStatus): boolean {
  const sources: readonly UserStatus[] = userMachine.signIn.from;
  return sources.includes(status);
}

/** Whoever can read mail sent to the account's address may choose its password, unless somebody has closed it. */
export function mayResetPassword(status: UserStatus): boolean {
  return canSignIn(status) || status === 'PENDING_VERIFICATION';
}
