import { type Callers } from './messages';

/** A gateway that can be measured. */
export interface Contestant {
  readonly name: string;
  /** Names and versions of the packages it is. */
  readonly version: string;
  /** Our gateway with some of its features is compared with itself, peers with each other. */
  readonly group: 'ours' | 'peer' | 'feature' | 'floor';
  readonly callers: Callers;
  /** @throws {Error} saying why it does not start */
  start(): Promise<RunningGateway>;
}

export interface RunningGateway {
  readonly port: number;
  readonly path: string;
  readonly pids: readonly number[];
  /** Begins a CPU profile, when one is wanted. */
  profile?(stretch: string): Promise<unknown>;
  stop(): Promise<void>;
}
