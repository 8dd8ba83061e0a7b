import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { FactorInput, proofOf } from '../mfa/mfa.types';
import { type AuthPorts } from '../ports';
import { type AuthenticatedPerson } from './authenticated-person';
import { signIn, type SignIn, type SignInWork } from './login.service';
import { LoginPayload } from './login.types';
import { completeMfa } from './second-factor.service';
import { signedIn } from './signed-in';

@Resolver()
export class LoginResolver {
  @Mutation(() => LoginPayload, { description: 'Open to everybody. Failures do not say what was wrong.' })
  login(
    @Arg('email') email: string,
    @Arg('password') password: string,
    @Arg('productKey') productKey: string,
    @Arg('organisationId', () => ID, {
      nullable: true,
      description: 'For those who belong to several; `organisations` of the answer lists them',
    })
    organisationId: string | null,
    @Ctx() { ports, system, at }: RequestContext<AuthPorts>,
  ): Promise<LoginPayload> {
    const work = { ports, system, at };
    const attempt = { email, password, product: { key: productKey }, organisationId: organisationId ?? null };
    return answer(work, signIn(work, attempt));
  }

  @Mutation(() => LoginPayload, { description: 'The second step of `login`. Open to whoever has taken the first.' })
  completeMfa(
    @Arg('challengeId', () => ID) challengeId: string,
    @Arg('factor', () => FactorInput) factor: FactorInput,
    @Ctx() { ports, system, at }: RequestContext<AuthPorts>,
  ): Promise<LoginPayload> {
    const work = { ports, system, at };
    return answer(work, completeMfa(work, challengeId, proofOf(factor)).then(asSignIn));
  }
}

function asSignIn(person: AuthenticatedPerson): SignIn {
  return { kind: 'person', person };
}

async function answer(work: SignInWork, signingIn: Promise<SignIn>): Promise<LoginPayload> {
  const { result, userErrors } = await respond('result', signingIn);
  const organisations = result?.kind === 'choice' ? result.organisations : null;
  const mfaChallenge = result?.kind === 'challenge' ? result.challenge : null;
  const { tokens, user } =
    result?.kind === 'person' ? await signedIn(work, result.person) : { tokens: null, user: null };
  const mustEnrolMfa = result?.kind === 'person' && result.person.mustEnrolMfa;
  return { tokens, user, mustEnrolMfa, organisations, mfaChallenge, userErrors };
}
