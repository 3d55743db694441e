@echo off
rem xenarium.cmd: finds a JDK 25, builds what is missing, runs a command. `xenarium --help` lists
rem them. The same as the file `xenarium` beside it, for Windows.
setlocal EnableExtensions DisableDelayedExpansion
set "JAVA_WANTED=25"
set "SELF=%~f0"
set "ROOT=%~dp0"
if "%ROOT:~-1%"=="\" set "ROOT=%ROOT:~0,-1%"
set "TARGET=%ROOT%\visualizer-server\target"
set "BUILT=%TARGET%\xenarium.built"
set "LEARNED=%TARGET%\xenarium.aot"
set "REHEARSED=%TARGET%\xenarium.rehearsed"

rem A guests translated code is known to be hot: the JVM is to compile it, quickly at first, without
rem counting long; and in the large methods that it is made of, all memory accesses are worth
rem inlining.
set "EAGER=-XX:Tier3InvocationThreshold=10 -XX:Tier3MinInvocationThreshold=5"
set "EAGER=%EAGER% -XX:Tier3CompileThreshold=50 -XX:Tier3BackEdgeThreshold=2000 -XX:-ClipInlining"
set "COMMON=--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
set "COMMON=%COMMON% -XX:+UseSerialGC -XX:MaxDirectMemorySize=16g"

set "JDK="
call :try_jdk "%XENARIUM_JAVA_HOME%"
call :try_jdk "%JAVA_HOME%"
for /f "delims=" %%J in ('where java.exe 2^>nul') do call :try_java "%%J"
for %%P in ("%ProgramFiles%\Java" "%ProgramFiles%\Eclipse Adoptium" "%ProgramFiles%\Microsoft" "%ProgramFiles%\Zulu" "%ProgramFiles%\Amazon Corretto" "%ProgramFiles%\BellSoft" "%ProgramFiles%\OpenJDK" "%LOCALAPPDATA%\Programs\Eclipse Adoptium" "%USERPROFILE%\.jdks" "%USERPROFILE%\scoop\apps") do call :try_folder "%%~P"
if not defined JDK goto no_jdk

if not "%XENARIUM_REHEARSAL%"=="now" goto bring_up_to_date
call :rehearse
exit /b 0

:bring_up_to_date
call :is_stale
if defined STALE call :build
if errorlevel 1 exit /b 1
call :see_to_rehearsal %1

rem The workbook itself runs little code for long; what boots guests is worth optimizing.
set "TUNING=-XX:+TieredCompilation"
if "%~1"=="" set "TUNING=-XX:TieredStopAtLevel=1"
if "%~1"=="start" set "TUNING=-XX:TieredStopAtLevel=1"
if "%~1"=="boot" set "TUNING=%EAGER%"
if "%~1"=="bench" set "TUNING=%EAGER%"
rem What the JVM learned at the rehearsal it checks by itself: of another JDK or another build it makes
rem no use, and need not say so. Further JVMs, of the bench and of checks, are told where it is.
set "AOT="
if exist "%LEARNED%" set AOT="-XX:AOTCache=%LEARNED%" "-Xlog:aot*=off" "-Xlog:cds*=off" "-Dxenarium.learned=%LEARNED%"
"%JDK%\bin\java.exe" %COMMON% %AOT% %TUNING% %XENARIUM_JAVA_OPTIONS% "-Dxenarium.root=%ROOT%" -cp "%TARGET%\*;%TARGET%\lib\*" io.xenarium.cli.Main %*
exit /b %ERRORLEVEL%

rem Takes folder %1 as the JDK where it is one of the number wanted: its `release` file says so.
:try_jdk
if defined JDK exit /b 0
if "%~1"=="" exit /b 0
if not exist "%~1\bin\javac.exe" exit /b 0
if not exist "%~1\release" exit /b 0
rem (the dot stands for a quotation mark)
findstr /b /r /c:"JAVA_VERSION=.%JAVA_WANTED%" "%~1\release" >nul 2>nul
if not errorlevel 1 set "JDK=%~1"
exit /b 0

rem The same for the home of a java.exe.
:try_java
for %%H in ("%~dp1..") do call :try_jdk "%%~fH"
exit /b 0

rem The same for each folder in %1 that has the number in its name.
:try_folder
if defined JDK exit /b 0
if not exist "%~1" exit /b 0
for /d %%D in ("%~1\*%JAVA_WANTED%*") do (
    call :try_jdk "%%~D"
    call :try_jdk "%%~D\current"
)
exit /b 0

rem Sets STALE where something that goes into the program is newer than the last build. What lies
rem under labs\*\src\main is the learner's, and is compiled while the program runs.
:is_stale
set "STALE=yes"
if not exist "%BUILT%" exit /b 0
set "XENARIUM_ROOT=%ROOT%"
powershell -NoProfile -Command "$r = $env:XENARIUM_ROOT; $t = (Get-Item -LiteralPath ($r + '\visualizer-server\target\xenarium.built')).LastWriteTimeUtc; $n = 'hypervisor','solutions','labs','chapters','visualizer-server' | ForEach-Object { Get-ChildItem -LiteralPath ($r + '\' + $_) -Recurse -File } | Where-Object { $_.FullName -notmatch '\\target\\|\\labs\\[0-9][^\\]*\\src\\main\\|\\(hypervisor|visualizer-server)\\src\\(test|bench)\\' -and $_.LastWriteTimeUtc -gt $t } | Select-Object -First 1; if ($n -or (Get-Item -LiteralPath ($r + '\pom.xml')).LastWriteTimeUtc -gt $t) { exit 1 }; exit 0"
if not errorlevel 1 set "STALE="
exit /b 0

rem Tries first without the network where everything was there before. What stands in the marker
rem tells one build from another.
:build
set "MVN="
if defined MAVEN_HOME if exist "%MAVEN_HOME%\bin\mvn.cmd" set "MVN=%MAVEN_HOME%\bin\mvn.cmd"
if not defined MVN for /f "delims=" %%M in ('where mvn.cmd 2^>nul') do if not defined MVN set "MVN=%%M"
if not defined MVN goto no_maven
set "LOG=%TARGET%\build.log"
if not exist "%TARGET%" mkdir "%TARGET%"
> "%BUILT%.new" echo %DATE% %TIME% %RANDOM%
set "JAVA_HOME=%JDK%"
set "PATH=%JDK%\bin;%PATH%"
if exist "%BUILT%" goto build_again
echo xenarium: building, about a minute the first time, and more where Maven has to fetch libraries ... 1>&2
call :run_maven
if not errorlevel 1 goto build_done
call :run_maven -o
if not errorlevel 1 goto build_done
goto build_failed
:build_again
echo xenarium: sources have changed: building again, about 20 s ... 1>&2
call :run_maven -o
if not errorlevel 1 goto build_done
call :run_maven
if not errorlevel 1 goto build_done
:build_failed
findstr /b /c:"[ERROR]" "%LOG%" 1>&2
echo xenarium: the build failed. All that Maven said is in "%LOG%" 1>&2
exit /b 1
:build_done
move /y "%BUILT%.new" "%BUILT%" >nul
if exist "%LEARNED%" del "%LEARNED%"
if exist "%REHEARSED%" del "%REHEARSED%"
exit /b 0

rem Rehearses once after each build, whether that ends well or not: beside what was asked for, with
rem what that leaves of the processors, and in little memory; alone where they are to be measured.
rem XENARIUM_REHEARSAL=no does without.
:see_to_rehearsal
if defined XENARIUM_REHEARSAL if not "%XENARIUM_REHEARSAL%"=="yes" exit /b 0
call :is_of_this_build "%REHEARSED%"
if defined SAME exit /b 0
if "%~1"=="bench" goto rehearse_first
echo xenarium: a rehearsal runs in the background, so that the JVM starts faster from the next time on. 1>&2
set "XENARIUM_REHEARSAL=now"
start "xenarium" /b /low "%ComSpec%" /d /c call "%SELF%" <nul >nul 2>&1
set "XENARIUM_REHEARSAL="
exit /b 0
:rehearse_first
echo xenarium: rehearsing, so that the JVM starts faster from now on: 15 s, or half a minute with Linux ... 1>&2
call :rehearse
exit /b 0

rem Sets SAME where file %1, made when a rehearsal began, is of this build.
:is_of_this_build
set "SAME="
if not exist "%~1" exit /b 0
fc /b "%~1" "%BUILT%" >nul 2>nul
if not errorlevel 1 set "SAME=yes"
exit /b 0

rem Has the JVM watch a rehearsal, and keep what it has learned: everything starts faster from then
rem on. One at a time: the lock is a file that the one who rehearses holds open. Who must not begin
rem before it is over waits for it.
:rehearse
set "DONE="
call :rehearse_locked 2>nul
if defined DONE exit /b 0
if "%XENARIUM_REHEARSAL%"=="now" exit /b 0
ping -n 2 127.0.0.1 >nul
goto rehearse

:rehearse_locked
call :rehearse_alone 9>"%LEARNED%.lock"
exit /b 0

rem What it learned gets its name when it is whole and if the build is still the same; nothing is lost
rem where it fails, and where it is interrupted the next start tries again.
:rehearse_alone
set "DONE=yes"
call :is_of_this_build "%REHEARSED%"
if defined SAME exit /b 0
del "%LEARNED%.new*" >nul 2>nul
copy /y "%BUILT%" "%REHEARSED%.new" >nul
"%JDK%\bin\java.exe" %COMMON% -Xmx1g %EAGER% "-XX:AOTCacheOutput=%LEARNED%.new" "-Dxenarium.root=%ROOT%" -cp "%TARGET%\*;%TARGET%\lib\*" io.xenarium.cli.Rehearsal > "%TARGET%\rehearsal.log" 2>&1
if not errorlevel 1 call :keep_learned
del "%LEARNED%.new*" >nul 2>nul
move /y "%REHEARSED%.new" "%REHEARSED%" >nul
exit /b 0

:keep_learned
if not exist "%LEARNED%.new" exit /b 0
call :is_of_this_build "%REHEARSED%.new"
if defined SAME move /y "%LEARNED%.new" "%LEARNED%" >nul
exit /b 0

:run_maven
call "%MVN%" -B -q -f "%ROOT%\pom.xml" -pl visualizer-server -am -Dmaven.test.skip=true %1 package > "%LOG%" 2>&1
exit /b %ERRORLEVEL%

:no_maven
call :tell_no_maven 1>&2
exit /b 1

:tell_no_maven
echo xenarium: no Maven found, and Xenarium has to be built first.
echo   Looked for mvn.cmd on PATH and in MAVEN_HOME.
echo   To get one:  scoop install maven    or    choco install maven
echo   or           https://maven.apache.org/download.cgi
exit /b 0

:no_jdk
call :tell_no_jdk 1>&2
exit /b 1

:tell_no_jdk
echo xenarium: no JDK %JAVA_WANTED% found. Xenarium needs exactly this one, the compiler included.
echo   Looked at JAVA_HOME, at java.exe on PATH, and under Program Files in the folders
echo   of Adoptium, Oracle, Microsoft, Azul, Corretto and Liberica, in .jdks and scoop's folder.
echo   To get one:  winget install EclipseAdoptium.Temurin.%JAVA_WANTED%.JDK
echo   or           https://adoptium.net/temurin/releases/?version=%JAVA_WANTED%
echo   Is one elsewhere? Say so:  set "JAVA_HOME=C:\path\to\jdk-%JAVA_WANTED%"
exit /b 0
