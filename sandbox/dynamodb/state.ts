import type { Json } from '../kernel.ts';

/** Tables by ARN. While the sandbox runs the items live in the database engine; `dumpTables` copies them here before a save. */
export interface DynamoDbState {
  tables: Record<string, StoredTable>;
}

export interface StoredTable {
  readonly arn: string;
  readonly name: string;
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Input of CreateTable, without the name. */
  definition: Record<string, Json>;
  /** The attribute that holds the expiry. Expired items stay readable, as they do on AWS for up to days. */
  ttlAttribute?: string;
  /** Point-in-time recovery, encryption, streams, tags, deletion protection: data only. */
  configuration: Record<string, Json>;
  /** As of the last dump. */
  items: Json[];
}

export const emptyDynamoDbState = (): DynamoDbState => ({ tables: {} });
