import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { type AuthPorts } from '../ports';
import { signIn, type SignedIn } from './login.service';
import { type AuthTokens, LoginPayload, type SignedInUser } from './login.types';

@Resolver()
export class LoginResolver {
  @Mutation(() => LoginPayload, { description: 'Open to everybody. Failures do not say what was wrong.' })
  async login(
    @Arg('email') email: string,
    @Arg('password') password: string,
    @Arg('productKey') productKey: string,
    @Ctx() { ports, system, at }: RequestContext<AuthPorts>,
  ): Promise<LoginPayload> {
    const { signedIn, userErrors } = await respond(
      'signedIn',
      signIn({ ports, system, at }, { email, password, productKey }),
    );
    return { tokens: signedIn && tokensOf(signedIn), user: signedIn && userOf(signedIn), userErrors };
  }
}

function tokensOf({ token: { accessToken, expiresInSeconds, scopes } }: SignedIn): AuthTokens {
  return { accessToken, expiresIn: expiresInSeconds, tokenType: 'Bearer', scope: [...scopes] };
}

function userOf({ user: { id, organisationId, patientIds, practitionerId }, roles }: SignedIn): SignedInUser {
  return { id, organisationId, roles: [...roles], patientIds, practitionerId };
}
