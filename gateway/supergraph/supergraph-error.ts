/** The subgraphs do not make a supergraph; every reason is one line of the message. */
export class SupergraphError extends Error {
  override readonly name = 'SupergraphError';

  constructor(summary: string, problems: readonly string[]) {
    super([summary, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
  }
}
