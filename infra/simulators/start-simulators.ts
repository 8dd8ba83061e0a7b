export interface Simulators {
  readonly dermUrl: string;
  readonly paymentsUrl: string;
  close(): Promise<void>;
}
export async function startSimulators(_o: object): Promise<Simulators> {
  return { dermUrl: 'http://127.0.0.1:9', paymentsUrl: 'http://127.0.0.1:9', close: async () => {} };
}
