/**
 * The HTTP API: releases, promotions, rollbacks, what is where, policies, targets, webhooks, schedules, restrictions, people's sessions, diagnoses. Each
 * resource is a file of its own.
 */
import { type Declare, http } from '#shared/lambda/http.ts';
import { approvals } from './approvals.ts';
import { diagnoses } from './diagnoses.ts';
import { environments } from './environments.ts';
import { evidence } from './evidence.ts';
import { openapi } from './openapi.ts';
import { permissions } from './permissions.ts';
import { policies } from './policies.ts';
import { promotions } from './promotions.ts';
import { releases } from './releases.ts';
import { restrictions } from './restrictions.ts';
import { rollbacks } from './rollbacks.ts';
import { schedules } from './schedules.ts';
import { sessions } from './sessions.ts';
import { targets } from './targets.ts';
import { webhooks } from './webhooks.ts';

/** All routes. */
export const declare: Declare = (app, resources) => {
  permissions(app, resources);
  openapi(app);
  releases(app, resources);
  promotions(app, resources);
  rollbacks(app, resources);
  approvals(app, resources);
  evidence(app, resources);
  environments(app, resources);
  policies(app, resources);
  targets(app, resources);
  webhooks(app, resources);
  schedules(app, resources);
  restrictions(app, resources);
  sessions(app, resources);
  diagnoses(app, resources);
};

export const handler = http(declare);
