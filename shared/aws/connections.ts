/** Connections that the clients of this process share: a client for each session would otherwise shake hands with AWS anew each time. */
import { STSClient } from '@aws-sdk/client-sts';

/** Every request is signed on its own, so who asks is no part of a connection. */
export const { requestHandler } = new STSClient({}).config;
