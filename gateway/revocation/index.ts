export { graphqlRevocationSource } from './graphql-revocation-source';
export { readRevocationConfig, type RevocationConfig } from './revocation-config';
export {
  defaultRevocationSettings,
  everyTokenStands,
  RevocationWatch,
  type RevocationSettings,
  type TokenStanding,
} from './revocation-watch';
