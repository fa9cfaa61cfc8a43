/**
 * Stands in the bundles for the SDK's chain of credential providers: Lambda puts a function's credentials into its environment (AWS Lambda Developer
 * Guide, "Defined runtime environment variables"), and the rest of the chain, which asks profiles, processes and sign-ins, is a tenth of each bundle.
 */
import { fromEnv } from '@aws-sdk/credential-providers';

export const defaultProvider = fromEnv;
