import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { byId, Live, respond } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Patient } from '../decisions/patient.types';
import { ConsentTextVersion } from '../texts/text.entity';
import { ConsentType } from '../types/type.entity';
import { ConsentRecord } from './record.entity';
import { captureConsent, withdrawConsent } from './record.service';
import { CaptureConsentInput, ConsentPayload } from './record.types';

const typeById = byId(ConsentType);
const textById = byId(ConsentTextVersion);

@Resolver(() => ConsentRecord)
export class ConsentRecordResolver {
  @RequireScopes('consent:records:read', 'consent:records:self')
  @Query(() => ConsentRecord, { nullable: true })
  consentRecord(@Arg('id', () => ID) id: string, @Ctx() { unit }: RequestContext): Promise<ConsentRecord | null> {
    return unit.find(ConsentRecord, id);
  }

  @RequireScopes('consent:records:write', 'consent:records:self')
  @Mutation(() => ConsentPayload)
  captureConsent(@Arg('input') input: CaptureConsentInput, @Ctx() { unit }: RequestContext): Promise<ConsentPayload> {
    return respond('record', captureConsent(unit, input));
  }

  @RequireScopes('consent:records:write', 'consent:records:self')
  @Mutation(() => ConsentPayload)
  withdrawConsent(
    @Arg('id', () => ID) id: string,
    @Arg('ifVersion', () => Int) ifVersion: number,
    @Arg('reason', () => String, { nullable: true }) reason: string | null,
    @Ctx() { unit }: RequestContext,
  ): Promise<ConsentPayload> {
    return respond('record', withdrawConsent(unit, { id, ifVersion, reason: reason ?? null }));
  }

  @RequireScopes('consent:records:read', 'consent:records:self')
  @Live(() => ConsentRecord, { types: ['consent.record.*'], match: ['patientId=data.patientId'] })
  consentChanged(
    @Arg('patientId', () => ID) _patientId: string,
    @Ctx() { unit, event }: RequestContext,
  ): Promise<ConsentRecord | null> | null {
    return event && unit.find(ConsentRecord, event.resourceId);
  }

  @FieldResolver(() => Patient)
  patient(@Root() record: ConsentRecord): Patient {
    return { id: record.patientId };
  }

  @FieldResolver(() => ConsentType)
  type(@Root() record: ConsentRecord, @Ctx() context: RequestContext): Promise<ConsentType | null> {
    return context.load(typeById, record.typeId);
  }

  @FieldResolver(() => ConsentTextVersion)
  textVersion(@Root() record: ConsentRecord, @Ctx() context: RequestContext): Promise<ConsentTextVersion | null> {
    return context.load(textById, record.textVersionId);
  }
}
