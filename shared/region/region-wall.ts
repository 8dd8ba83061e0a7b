import { DomainError } from '#shared/errors';
import { isRegion, type Region } from './region';

/** Addresses of the deployments, for those who have come to the wrong one. */
export type RegionUrls = Readonly<Partial<Record<Region, string>>>;

/** Where something is to be taken: it is of this deployment, of another one, or of none that there is. */
export type Belonging = { readonly kind: 'here' | 'nowhere' } | { readonly kind: 'elsewhere'; readonly region: Region };

/** A thing belongs to the deployment of its own region and to no other; a word that is no region belongs nowhere. */
export function belongingOf(own: Region, asked: unknown): Belonging {
  if (!isRegion(asked)) return { kind: 'nowhere' };
  return asked === own ? { kind: 'here' } : { kind: 'elsewhere', region: asked };
}

/** The one region a deployment serves, and the refusal of everything else. */
export class RegionWall {
  constructor(
    readonly region: Region,
    private readonly urls: RegionUrls = {},
  ) {}

  /** The public address of a region's deployment; null while nobody has said it. */
  urlOf(region: Region): string | null {
    return this.urls[region] ?? null;
  }

  /**
   * For what is known to have a region: rows, events, actors.
   * @throws {DomainError} WRONG_REGION unless it is this deployment's own
   */
  assertHere(asked: Region): void {
    if (asked !== this.region) throw this.refusalFor(asked);
  }

  /**
   * For what only says that it has one, such as a token that is not checked yet: it can be refused by that, never
   * admitted.
   * @throws {DomainError} WRONG_REGION when it names another region
   */
  assertNotElsewhere(claimed: unknown): void {
    const belonging = belongingOf(this.region, claimed);
    if (belonging.kind === 'elsewhere') throw this.refusalFor(belonging.region);
  }

  /** The refusal, with the pointer: `region` is the one to go to, `url` its address or null. */
  refusalFor(region: Region): DomainError {
    const url = this.urlOf(region);
    const where = url === null ? '' : `: ${url}`;
    return new DomainError(
      'WRONG_REGION',
      `This deployment serves ${this.region}; go to the one of ${region}${where}`,
      {
        details: { region, url, servedRegion: this.region },
      },
    );
  }
}
