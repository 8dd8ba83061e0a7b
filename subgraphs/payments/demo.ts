import { type DemoContext } from '#shared/subgraph';
import { currencyOf } from './currency';
import { type PaymentsPorts } from './ports';
import { createPrice } from './prices/price.service';

/** Priced under the codes that the demo services of scheduling name. */
const prices = [
  { code: 'DERMATOLOGY-FOLLOW-UP', name: 'Dermatology follow-up', unitAmountMinor: 12_000 },
  { code: 'SKIN-BIOPSY', name: 'Skin biopsy', unitAmountMinor: 35_000 },
] as const;

export async function seedDemo({
  unit,
  organisation,
}: DemoContext<PaymentsPorts>): Promise<Readonly<Record<string, unknown>>> {
  const priceIds: Record<string, string> = {};
  for (const price of prices) {
    priceIds[price.code] = (await createPrice(unit, { ...price, currency: currencyOf(organisation.region) })).id;
  }
  return { priceIds };
}
