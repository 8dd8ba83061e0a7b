import { Entity, PrimaryColumn } from 'typeorm';
import { TextColumn, TimeColumn } from '#shared/tables';

/** A secret of the platform as a whole, which belongs to no organisation. */
@Entity('platform_keys')
export class PlatformKey {
  @PrimaryColumn({ type: 'varchar' })
  name!: string;

  /** Wrapped by the key provider. */
  @TextColumn()
  wrapped!: string;

  @TimeColumn()
  createdAt!: Date;
}
