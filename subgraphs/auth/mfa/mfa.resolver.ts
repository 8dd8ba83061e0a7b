import { Arg, Ctx, FieldResolver, ID, Mutation, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { credentialHomeOf } from '../logins/credential-home';
import { type AuthPorts } from '../ports';
import { User } from '../users/user.entity';
import { canSeeSecurity } from '../users/user.policy';
import { MfaDevice } from './device.entity';
import {
  beginEnrolment,
  confirmEnrolment,
  type Enrolment,
  removeDevice,
  renewRecoveryCodes,
} from './enrolment.service';
import { activeDevices } from './factor.service';
import { MfaDevicePayload, MfaEnrolmentPayload, RecoveryCodesPayload } from './mfa.types';

@Resolver(() => User)
export class MfaResolver {
  @RequireScopes('auth:users:self')
  @Mutation(() => MfaEnrolmentPayload, {
    description: 'Begins to enrol an authenticator app. Needs `stepUp` for MANAGE_MFA; counts after `confirmMfa`',
  })
  enrolTotp(
    @Arg('label') label: string,
    @Arg('stepUpToken') stepUpToken: string,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<MfaEnrolmentPayload> {
    return enrolment(beginEnrolment({ unit, ports, system }, { label, stepUpToken }));
  }

  @RequireScopes('auth:users:self')
  @Mutation(() => MfaEnrolmentPayload, { description: 'Shows the first code of a device; from then on it counts' })
  confirmTotp(
    @Arg('deviceId', () => ID) deviceId: string,
    @Arg('code') code: string,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<MfaEnrolmentPayload> {
    return enrolment(confirmEnrolment({ unit, ports, system }, deviceId, code));
  }

  @RequireScopes('auth:users:self')
  @Mutation(() => MfaDevicePayload, { description: 'Needs `stepUp` for MANAGE_MFA' })
  removeMfaDevice(
    @Arg('id', () => ID) id: string,
    @Arg('stepUpToken') stepUpToken: string,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<MfaDevicePayload> {
    return respond('device', removeDevice({ unit, ports, system }, id, stepUpToken));
  }

  @RequireScopes('auth:users:self')
  @Mutation(() => RecoveryCodesPayload, { description: 'Needs `stepUp` for MANAGE_MFA. Earlier codes are void' })
  renewRecoveryCodes(
    @Arg('stepUpToken') stepUpToken: string,
    @Ctx() { unit, ports, system }: RequestContext<AuthPorts>,
  ): Promise<RecoveryCodesPayload> {
    return respond('recoveryCodes', renewRecoveryCodes({ unit, ports, system }, stepUpToken));
  }

  @RequireScopes('auth:users:self', 'auth:users:write')
  @FieldResolver(() => [MfaDevice], { description: 'Empty for others than oneself and those who change accounts' })
  devices(@Root() user: User, @Ctx() context: RequestContext<AuthPorts>): Promise<MfaDevice[]> {
    return devicesOf(user, context);
  }

  @RequireScopes('auth:users:self', 'auth:users:write')
  @FieldResolver(() => Boolean, { nullable: true, description: 'Null for others than those who see the devices' })
  async mfaEnabled(@Root() user: User, @Ctx() context: RequestContext<AuthPorts>): Promise<boolean | null> {
    return canSeeSecurity(context.actor, user) ? (await devicesOf(user, context)).length > 0 : null;
  }
}

async function devicesOf(user: User, { actor, system, at }: RequestContext<AuthPorts>): Promise<MfaDevice[]> {
  if (!canSeeSecurity(actor, user)) return [];
  const { id: userId, organisationId, region } = user;
  return activeDevices(await credentialHomeOf(system, { userId, organisation: { organisationId, region } }, at));
}

async function enrolment(begun: Promise<Enrolment>): Promise<MfaEnrolmentPayload> {
  const { enrolled, userErrors } = await respond('enrolled', begun);
  const { device = null, otpauthUrl = null, recoveryCodes = null } = enrolled ?? {};
  return { device, otpauthUrl, recoveryCodes, userErrors };
}
