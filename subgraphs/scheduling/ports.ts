import { type PortHost } from '#shared/subgraph';
import { readSchedulingConfig, type SchedulingConfig } from './config';

/** Scheduling needs nothing of the world but its settings. */
export type SchedulingPorts = SchedulingConfig;

export function schedulingPorts({ environment }: PortHost): SchedulingPorts {
  return readSchedulingConfig(environment);
}
