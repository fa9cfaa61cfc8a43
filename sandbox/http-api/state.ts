import type { Json } from '../kernel.ts';

/** HTTP APIs by their id. */
export interface HttpApiState {
  apis: Record<string, HttpApi>;
}

export interface HttpApi {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  name: string;
  /** Stages by name; only `$default` answers. */
  stages: Record<string, Json>;
  routes: Record<string, Route>;
  integrations: Record<string, Integration>;
  authorizers: Record<string, Json>;
}

export interface Route {
  readonly id: string;
  /** `METHOD /path/{parameter}/{proxy+}`, or `$default`. */
  readonly key: string;
  readonly authorization: 'NONE' | 'AWS_IAM' | 'JWT' | 'CUSTOM';
  readonly authorizerId?: string;
  /** Of which a token needs one. */
  readonly scopes?: readonly string[];
  readonly integrationId?: string;
}

interface Integration {
  readonly id: string;
  readonly type: string;
  readonly uri: string;
  readonly payloadFormatVersion: string;
}

export const emptyHttpApiState = (): HttpApiState => ({ apis: {} });
