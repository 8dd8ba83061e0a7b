import { type Metric, type Registry } from 'prom-client';

/** One combination of labels. */
interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** How many values lay in each bucket, and in none. */
  readonly counts: number[];
  sum: number;
}

export interface HistogramOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
  /** Upper bounds, ascending. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

/**
 * A histogram of what happens several times in every request. prom-client's own sorts and checks the labels of each
 * value it is given, which takes ten times as long; here that is done when Prometheus asks.
 */
export class RequestHistogram<Label extends string> {
  readonly name: string;
  private readonly series = new Map<string, Series>();

  constructor(private readonly options: HistogramOptions<Label>) {
    this.name = options.name;
    // A registry asks its metrics for `name` and `get()`, and for nothing else.
    options.registry.registerMetric(this as unknown as Metric);
  }

  /** @param labels one for each name, in their order */
  observe(value: number, ...labels: readonly string[]): void {
    const key = labels.length === 1 ? (labels[0] ?? '') : labels.join('\n');
    const series = this.series.get(key) ?? this.addSeries(key, labels);
    const { buckets } = this.options;
    let position = 0;
    while (position < buckets.length && value > (buckets[position] ?? 0)) position++;
    series.counts[position] = (series.counts[position] ?? 0) + 1;
    series.sum += value;
  }

  get(): Promise<{ name: string; help: string; type: string; aggregator: 'sum'; values: object[] }> {
    const { name, help } = this.options;
    const values = [...this.series.values()].flatMap((series) => this.valuesOf(series));
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values });
  }

  private addSeries(key: string, labels: readonly string[]): Series {
    const { labelNames, buckets } = this.options;
    const named = Object.fromEntries(labelNames.map((label, index) => [label, labels[index] ?? '']));
    const series: Series = { labels: named, counts: Array<number>(buckets.length + 1).fill(0), sum: 0 };
    this.series.set(key, series);
    return series;
  }

  private valuesOf({ labels, counts, sum }: Series): object[] {
    const { name, buckets } = this.options;
    let total = 0;
    const bucketValues = counts.map((count, position) => {
      total += count;
      return { metricName: `${name}_bucket`, labels: { le: buckets[position] ?? '+Inf', ...labels }, value: total };
    });
    return [
      ...bucketValues,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: total },
    ];
  }
}
