import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { LoginPayload } from '../logins/login.types';
import { signedIn } from '../logins/signed-in';
import { type AuthPorts } from '../ports';
import { adminLogin } from './admin-login.service';

@Resolver()
export class AdminLoginResolver {
  @Mutation(() => LoginPayload, {
    description:
      'Exchanges an authorization code of the staff’s identity provider for tokens. Open to everybody: the code, with ' +
      'the verifier and the nonce of the request it answers, is the credential. For administrators of the platform only.',
  })
  async adminLoginWithGoogle(
    @Arg('code') code: string,
    @Arg('codeVerifier') codeVerifier: string,
    @Arg('redirectUri') redirectUri: string,
    @Arg('nonce') nonce: string,
    @Ctx() { ports, system, at }: RequestContext<AuthPorts>,
  ): Promise<LoginPayload> {
    const work = { ports, system, at };
    const { person, userErrors } = await respond(
      'person',
      adminLogin(work, { code, codeVerifier, redirectUri, nonce }),
    );
    const { tokens, user } = person ? await signedIn(work, person) : { tokens: null, user: null };
    return {
      tokens,
      user,
      mustEnrolMfa: person?.mustEnrolMfa ?? false,
      mfaChallenge: null,
      organisations: null,
      userErrors,
    };
  }
}
