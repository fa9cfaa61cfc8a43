/** What a deployment consists of, as its functions see it: names from the environment, read when first used. */
import { sandboxOrigin, variable } from './environment-variables.ts';

export interface Resources {
  readonly ledger: { readonly table: string };
  readonly documents: { readonly bucket: string };
  readonly artifacts: { readonly prefix: string };
  /** What stands in for the internet in a rehearsal; empty in a deployment. */
  readonly outside: { readonly sandbox?: string };
  readonly bus: { readonly name: string };
  readonly gitHubApi: string;
  readonly gitHubSecret: string;
  readonly stateMachine: { readonly arn: string };
  readonly admissionFunction: string;
  readonly brokerFunction: string;
  readonly doctorFunction: string;
  readonly scheduleFunction: string;
  readonly scheduleRole: string;
}

export const resources: Resources = {
  get ledger() {
    return { table: variable('LEDGER_TABLE') };
  },
  get documents() {
    return { bucket: variable('DOCUMENTS_BUCKET') };
  },
  get artifacts() {
    return { prefix: variable('ARTIFACTS_BUCKET_PREFIX') };
  },
  get outside() {
    const sandbox = sandboxOrigin();
    return sandbox === undefined ? {} : { sandbox };
  },
  get bus() {
    return { name: variable('EVENT_BUS') };
  },
  get gitHubApi() {
    return variable('GITHUB_API');
  },
  get gitHubSecret() {
    return variable('GITHUB_SECRET');
  },
  get stateMachine() {
    return { arn: variable('STATE_MACHINE_ARN') };
  },
  get admissionFunction() {
    return variable('ADMISSION_FUNCTION');
  },
  get brokerFunction() {
    return variable('BROKER_FUNCTION');
  },
  get doctorFunction() {
    return variable('DOCTOR_FUNCTION');
  },
  get scheduleFunction() {
    return variable('SCHEDULE_FUNCTION_ARN');
  },
  get scheduleRole() {
    return variable('SCHEDULE_ROLE_ARN');
  },
};
