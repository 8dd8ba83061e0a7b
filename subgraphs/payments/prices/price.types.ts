import { connectionType } from '#shared/graphql';
import { Price } from './price.entity';

export const PriceConnection = connectionType('Price', () => Price);
