/** That the YCSB client gets back from Ashlar what it stored. */
@NullMarked
package org.ashlar.bench.ycsb;

import org.jspecify.annotations.NullMarked;
