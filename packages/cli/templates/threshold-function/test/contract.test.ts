import { test } from 'node:test';
import { thresholdFunctionContract } from '@espalier/core/testing';
import plugin, { myComponent } from '../src/index.ts';

thresholdFunctionContract({ test }, () => myComponent(), { plugins: [plugin] });
