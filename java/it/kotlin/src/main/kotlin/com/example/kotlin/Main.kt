package com.example.kotlin

import io.atoll.Atoll
import io.atoll.F1
import io.atoll.F2

data class Part(val from: Int, val sum: Long)

fun sum(from: Int, to: Int): Part = Part(from, (from until to).sumOf { it.toLong() })

fun main() {
    Atoll.init().use {
        val parts = (0 until 10).map { Atoll.task(F2<Int, Int, Part>(::sum), it * 10, it * 10 + 10).remote() }
        val total = Atoll.get(parts).sumOf { it.sum }
        check(total == 4950L) { "the total is $total" }
        val offset = 40
        val lambda = Atoll.task(F1<Int, Part> { from -> Part(from, (from + offset).toLong()) }, 2).remote().get()
        check(lambda == Part(2, 42)) { "it is $lambda" }
    }
    println("ok")
}
