/** The HTTP API: releases, promotions, what is where. Each resource is a file of its own. */
import { http } from '#shared/lambda/http.ts';
import { environments } from './environments.ts';
import { promotions } from './promotions.ts';
import { releases } from './releases.ts';

export const handler = http((app, resources) => {
  releases(app, resources);
  promotions(app, resources);
  environments(app, resources);
});
