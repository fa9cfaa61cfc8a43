/** Nothing is done for whom no policy permits it. */
import type { Hono } from 'hono';
import { matchedRoutes } from 'hono/route';
import { listPolicyDocuments } from '#shared/aws/ledger/policies.ts';
import { failure } from '#shared/domain/errors/catalogue.ts';
import { isPermitted, permissionFor } from '#shared/domain/policy/permissions.ts';
import type { Permission } from '#shared/domain/policy/policy.ts';
import { callerIn, type HttpContext, type HttpEnvironment } from '#shared/lambda/http.ts';
import type { Resources } from '#shared/lambda/resources.ts';

/** Stands before all routes. What is at no route is told so without a look at policies. */
export function permissions(app: Hono<HttpEnvironment>, resources: Resources): void {
  app.use('/v1/*', async (context, next) => {
    const route = matchedRoutes(context).findLast(({ method }) => method !== 'ALL');
    if (route === undefined) return next();
    await demandPermission(context, resources, permissionFor(`${route.method} ${route.path}`));
    return next();
  });
}

/** Throws PERMISSION_MISSING. */
export async function demandPermission(
  context: HttpContext,
  { ledger }: Resources,
  permission: Permission,
): Promise<void> {
  const caller = callerIn(context);
  if (isPermitted(caller, permission, await listPolicyDocuments(ledger))) return;
  throw failure('PERMISSION_MISSING', { actor: caller.actor, permission });
}
