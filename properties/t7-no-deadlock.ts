/**
 * T7: no process waits for ever: in every state, if some process is neither finished nor at rest, some process that
 * is not at rest can take a step that changes something. A vCPU in the guest is at rest until it is kicked.
 */
import { property } from 'mmucheck/language';

export const T7 = property({ id: 'T7', title: 'no deadlock', deadlock: true });
