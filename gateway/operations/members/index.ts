export { Members } from './members';
export { type MemberSieve } from './member-sieve';
