// One line, as for Maven. ci/builds runs it by sbt 1.10.11 with the program of java/it/scala, which Maven builds in Scala 2.13.
scalaVersion := "3.3.6"
libraryDependencies += "io.atoll" % "atoll" % sys.props("atoll.version")

// Where Atoll has been installed; of Maven's usual place it is `resolvers += Resolver.mavenLocal`.
resolvers += "installed" at sys.props("atoll.repository")
