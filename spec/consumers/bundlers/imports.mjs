import { createClient, textDeltas } from 'rxllm';
import ask from './ask.cjs';

ask({ createClient, textDeltas });
