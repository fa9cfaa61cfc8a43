import type { Sandbox, Service } from '../kernel.ts';
import { eventJob } from './event-invocation.ts';
import { functionProvider } from './function-provider.ts';
import { getFunction } from './get-function.ts';
import { invokeOperation } from './invoke.ts';
import { permissionProvider } from './permission-provider.ts';
import { functionsFolder } from './registry.ts';
import { aliasProvider, eventInvokeConfigProvider, versionProvider } from './version-providers.ts';
import { closeWorkers } from './warm-environments.ts';

/** Closing the sandbox ends the threads. */
export interface LambdaService extends Service {
  readonly close: (sandbox: Sandbox) => Promise<void>;
}

/** Lambda whose own functions are the bundles in `folder`. */
export function lambdaServiceOver(folder: string): LambdaService {
  return {
    name: 'lambda',
    operations: { Invoke: invokeOperation(folder), GetFunction: getFunction },
    close: closeWorkers,
    jobs: { event: eventJob(folder) },
    providers: {
      'AWS::Lambda::Function': functionProvider,
      'AWS::Lambda::Permission': permissionProvider,
      'AWS::Lambda::Version': versionProvider,
      'AWS::Lambda::Alias': aliasProvider,
      'AWS::Lambda::EventInvokeConfig': eventInvokeConfigProvider,
    },
  };
}

export const lambdaService: LambdaService = lambdaServiceOver(functionsFolder);
