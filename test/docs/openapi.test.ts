/** The committed OpenAPI document, held to the code. `npx vitest run test/docs -u` writes it anew. */
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { declare } from '#functions/api/handler.ts';
import { openApi } from '#shared/domain/http/openapi.ts';
import { operations } from '#shared/domain/http/operations.ts';
import type { HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

const document = openApi();

describe('openapi.json', () => {
  it('is what the code says', async () => {
    await expect(`${JSON.stringify(document, undefined, 2)}\n`).toMatchFileSnapshot(
      '../../docs/reference/openapi.json',
    );
  });

  it('has every route of the API, and no other', () => {
    const app = new Hono<HttpEnvironment>();
    declare(app, {} as Resources);
    const routes = app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(operations).toSorted()).toEqual(routes.toSorted());
  });

  it('names each operation once', () => {
    const ids = Object.values(document['paths'] as object).flatMap((item: object) =>
      Object.values(item).map(({ operationId }: { operationId: string }) => operationId),
    );
    expect(ids).toHaveLength(Object.keys(operations).length);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to nothing that is not in it, and only has schemas that can be read again', () => {
    const { schemas } = document['components'] as { schemas: Record<string, object> };
    const named = [...JSON.stringify(document['paths']).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name]) => name,
    );
    expect(named.filter((name) => !Object.hasOwn(schemas, `${name}`))).toEqual([]);
    for (const schema of Object.values(schemas)) expect(() => z.fromJSONSchema(schema as never)).not.toThrow();
  });
});
