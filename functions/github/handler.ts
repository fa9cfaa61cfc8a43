/**
 * GitHub: tells the commit that a promotion began with how it goes. Only deployments that name a secret have this function. It hears what
 * anybody could hear on the bus, and no promotion waits for it: what cannot be told is tried again twice, and then kept in a queue.
 */
import { readGitHubToken } from '#shared/aws/github-token.ts';
import {
  claimReport,
  type KeptReport,
  keepDeployment,
  noteTold,
  readReport,
} from '#shared/aws/ledger/github-reports.ts';
import type { Ledger } from '#shared/aws/ledger/table.ts';
import { findWebhook } from '#shared/aws/ledger/webhooks.ts';
import { reportOf } from '#shared/domain/github/report.ts';
import type { GitHub } from '#shared/github/client.ts';
import { deploymentOf, type Place, tellDeployment, tellStatus } from '#shared/github/tell.ts';
import { onEvent } from '#shared/lambda/event.ts';

/** Newer reports that may come while one is told. Whoever claims one more tells it themselves. */
const mostRounds = 3;

export const handler = onEvent('github', async (event, { ledger, gitHubApi, gitHubSecret }) => {
  const read = reportOf(event);
  if (read.kind === 'ignored') return read;
  const found = await findWebhook(ledger, read.webhook);
  // Who may be told is the webhook's as it is now, not what a delivery said.
  const { repository, link, provider } = found?.webhook ?? {};
  if (provider !== 'github' || repository === undefined)
    return { kind: 'ignored', why: 'the webhook is of no repository at GitHub' };
  const gitHub = { api: gitHubApi, token: (anew: boolean) => readGitHubToken(gitHubSecret, anew) };
  const place = { repository: repository.fullName, commit: read.commit, ...(link !== undefined && { link }) };
  const claimed = await claimReport(ledger, read.report);
  if (claimed === undefined) return { kind: 'ignored', why: 'it was told, or something newer was' };
  await tellNewest(ledger, claimed, { gitHub, place });
  return { kind: 'told' };
});

async function tellNewest(ledger: Ledger, first: KeptReport, to: { gitHub: GitHub; place: Place }): Promise<void> {
  let kept: KeptReport | undefined = first;
  for (let round = 0; kept !== undefined && round < mostRounds; round += 1) {
    const { gitHub, place } = to;
    const { report, deployment }: KeptReport = kept;
    const id = deployment ?? (await keepDeployment(ledger, report, await deploymentOf(gitHub, place, report)));
    await tellStatus(gitHub, place, report);
    await tellDeployment(gitHub, place, { ...report, id });
    kept = (await noteTold(ledger, report)) ? undefined : await readReport(ledger, report);
  }
}
