import { Arg, Ctx, Directive, FieldResolver, ID, Int, Resolver, Root } from 'type-graphql';
import { RequireScopes } from '#shared/auth';
import { type Connection, listSize, Live } from '#shared/graphql';
import { type RequestContext } from '#shared/subgraph';
import { Patient } from '../users/stub.types';
import { newlyLogged, readAccessLog } from './access-log.service';
import { AccessLogEntry, AccessLogEntryConnection } from './access-log.types';

@Resolver(() => Patient)
export class AccessLogResolver {
  @RequireScopes('auth:accesslog:read', 'auth:accesslog:self')
  @FieldResolver(() => AccessLogEntryConnection, { description: 'Who has touched this record, newest first' })
  @Directive(listSize)
  accessLog(
    @Root() patient: Patient,
    @Arg('first', () => Int, { defaultValue: 20 }) first: number,
    @Arg('after', () => String, { nullable: true }) after: string | null,
    @Ctx() context: RequestContext,
  ): Promise<Connection<AccessLogEntry>> {
    return readAccessLog(context, patient.id, { first, after });
  }

  @RequireScopes('auth:accesslog:self', 'auth:accesslog:read')
  @Live(() => [AccessLogEntry], { types: ['auth.access.logged'], match: ['patientId=data.patientId'] })
  accessLogged(
    @Arg('patientId', () => ID) patientId: string,
    @Ctx() context: RequestContext,
  ): Promise<AccessLogEntry[] | null> {
    return newlyLogged(context, patientId);
  }
}
